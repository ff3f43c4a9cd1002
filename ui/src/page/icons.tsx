// Drawn on a 24-pixel grid with one stroke width; decoration only, so hidden from screen readers.
import type { ComponentChildren } from 'preact';

function Icon({ children, class: name }: { children: ComponentChildren; class?: string }) {
  return (
    <svg class={`icon ${name ?? ''}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

// The eye opens with the camera: CSS moves the lid.
export function Eye({ open }: { open: boolean }) {
  return (
    <Icon class={open ? 'eye is-open' : 'eye'}>
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
    </Icon>
  );
}

export const BackIcon = () => (
  <Icon>
    <path d="M15 5l-7 7 7 7" />
  </Icon>
);

export const CameraIcon = () => (
  <Icon>
    <path d="M4 8h3.500l1.500-2.500h6L16.500 8H20v11H4z" />
    <circle cx="12" cy="13" r="3.300" />
  </Icon>
);

export const PauseIcon = () => (
  <Icon>
    <path d="M9 6v12M15 6v12" />
  </Icon>
);

export const PlayIcon = () => (
  <Icon>
    <path d="M8 5.500l10 6.500-10 6.500z" />
  </Icon>
);

export const FullIcon = () => (
  <Icon>
    <path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />
  </Icon>
);

export const PencilIcon = () => (
  <Icon>
    <path d="M5 19l1-4L16.500 4.500l3 3L9 18z" />
  </Icon>
);

export const DownloadIcon = () => (
  <Icon>
    <path d="M12 4v11M7.500 11L12 15.500 16.500 11M5 20h14" />
  </Icon>
);

export const PlusIcon = () => (
  <Icon>
    <path d="M12 5v14M5 12h14" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="M6 6l12 12M18 6L6 18" />
  </Icon>
);
