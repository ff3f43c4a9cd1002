// Announces changes to screen readers, all in one sentence and a second after they have settled,
// because a waking camera passes through several states.
import { signal } from '@preact/signals';

const SETTLE_MS = 1000;
const said = new Map<string, string>();
const waiting = new Map<string, string>();
const spoken = signal('');
let timer: ReturnType<typeof setTimeout> | undefined;

export function announce(topic: string, text: string): void {
  if (!said.has(topic)) {
    said.set(topic, text); // what the page shows when it is opened can be read there
    return;
  }
  waiting.set(topic, text);
  clearTimeout(timer);
  timer = setTimeout(() => {
    const news = [...waiting].filter(([key, value]) => said.get(key) !== value);
    for (const [key, value] of news) said.set(key, value);
    waiting.clear();
    if (news.length > 0) tell(news.map(([, value]) => value).join('. '));
  }, SETTLE_MS);
}

// Announces at once. A space is added to repeated text, because only changes are announced.
export function tell(text: string): void {
  spoken.value = text === spoken.value ? `${text}\u00a0` : text;
}

export function Announcer() {
  return (
    <div class="unseen" role="status" aria-live="polite">
      {spoken.value}
    </div>
  );
}
