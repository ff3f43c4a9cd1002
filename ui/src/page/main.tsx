// The player comes first: it opens the connection, so cameras wake while the page is rendered.
import '../player/player';
import '../styles/styles.css';
import { render } from 'preact';
import { preferred, speak } from './i18n';
import { Page } from './shell/page';

async function begin(): Promise<void> {
  await speak(preferred());
  render(<Page />, document.getElementById('page') as HTMLElement);
}

// Works only over https, or on localhost.
function keepShell(): void {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('./sw.js').catch(() => {}); // it is a convenience
}

void begin();
addEventListener('load', keepShell);
