// As server.ts, with what only parts ask that are loaded later.
import { AreaRest } from '../live/rest_areas';
import { serverUrl } from '../live/shared';
import { rest as core } from './server';

export const rest = new AreaRest(serverUrl, (url, init) => fetch(url, init));
rest.refused = () => core.refused();
