// The player comes first: it opens the connection, and cameras wake while the page is drawn.
import '../player/player';
import '../styles/styles.css';
import { render } from 'preact';
import { preferred, speak } from './i18n';
import { Page } from './shell/page';

async function begin(): Promise<void> {
  await speak(preferred());
  render(<Page />, document.getElementById('page') as HTMLElement);
}

// Only over https, or at the server's own machine.
function keepShell(): void {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('./sw.js').catch(() => {}); // it is a convenience
}

void begin();
addEventListener('load', keepShell);
