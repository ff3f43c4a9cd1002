import { Rest } from '../live/rest';
import { serverUrl } from '../live/shared';

export const rest = new Rest(serverUrl, (url, init) => fetch(url, init));
