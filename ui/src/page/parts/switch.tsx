// A setting that is on or off.
export function Switch(props: { id: string; label: string; on: boolean; set(on: boolean): void }) {
  return (
    <label class="control is-switch" data-control={props.id}>
      <span>{props.label}</span>
      <input
        type="checkbox"
        role="switch"
        checked={props.on}
        aria-checked={props.on}
        onChange={(event) => props.set(event.currentTarget.checked)}
      />
    </label>
  );
}
