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

void begin();
