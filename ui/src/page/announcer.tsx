// Says for screen readers what changed, a second after it settled and all of it in one sentence:
// a camera that wakes passes through states nobody needs to hear.
import { useEffect, useState } from 'preact/hooks';

const SETTLE_MS = 1000;
const said = new Map<string, string>();
const waiting = new Map<string, string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let listener: ((text: string) => void) | null = null;

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
    if (news.length > 0) listener?.(news.map(([, value]) => value).join('. '));
  }, SETTLE_MS);
}

// What just happened, at once; also when it is the same as last time.
export function tell(text: string): void {
  listener?.(text);
}

export function Announcer() {
  const [text, setText] = useState('');
  useEffect(() => {
    // The same text again would be no change: a space makes it one.
    listener = (next) => setText((last) => (next === last ? `${next}\u00a0` : next));
    return () => {
      listener = null;
    };
  }, []);
  return (
    <div class="unseen" role="status" aria-live="polite">
      {text}
    </div>
  );
}
