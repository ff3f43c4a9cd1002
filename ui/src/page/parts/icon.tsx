// Icons are decoration: a text beside them, or their button's label, has the meaning.
export function Icon({ of, class: name = '' }: { of: string; class?: string }) {
  return (
    <svg
      class={`icon ${name}`}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
      dangerouslySetInnerHTML={{ __html: of }}
    />
  );
}

// The eye opens with the camera: CSS moves the lid.
export function Eye({ open }: { open: boolean }) {
  return (
    <svg
      class={open ? 'icon eye is-open' : 'icon eye'}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path class="eye-lower" d="M2.500 12.500c3 4 6 5.800 9.500 5.800s6.500-1.800 9.500-5.800" />
      <path
        class="eye-upper"
        d="M2.500 12.500c3-4.500 6-6.300 9.500-6.300s6.500 1.800 9.500 6.300"
      />
      <circle class="eye-pupil" cx="12" cy="12.300" r="2.700" />
      <path
        class="eye-lashes"
        d="M12 18.300v3M6.200 16.400l-1.700 2.300M17.800 16.400l1.700 2.300"
      />
    </svg>
  );
}
