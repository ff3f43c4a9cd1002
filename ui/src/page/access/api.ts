// Accounts over HTTP, docs/protocol.md, section 3.1. Loaded with the pages that use it.
import type { Session, Token, User } from '../../live/rest';
import { rest } from '../areas_server';

export interface SecondFactor {
  enabled: boolean;
  recovery_codes: number; // left
}

export interface Offer {
  secret: string;
  uri: string;
  recovery_codes: string[];
}

export interface ShareLink {
  id: string;
  camera: string;
  item: string | null; // of the archive; null: the camera, live
  expires: string;
  uses: number;
}

export const accounts = {
  // code: of the second factor; '' = not asked for yet.
  async logIn(name: string, password: string, code: string): Promise<void> {
    const body = { name, password, ...(code && { code }) };
    await rest.ask('session', { method: 'POST', body });
  },

  async secondFactor(): Promise<SecondFactor> {
    return (await rest.ask('session/totp')) as SecondFactor;
  },

  async offerSecondFactor(): Promise<Offer> {
    return (await rest.ask('session/totp', { method: 'POST', body: {} })) as Offer;
  },

  // code: of what was offered; null turns it off.
  async setSecondFactor(password: string, code: string | null): Promise<void> {
    await rest.ask('session/totp', { method: 'PUT', body: { password, code } });
  },

  async resetSecondFactor(name: string): Promise<void> {
    await rest.ask(`users/${name}/totp`, { method: 'DELETE' });
  },

  async logOut(): Promise<void> {
    await rest.ask('session', { method: 'DELETE' });
  },

  // With the setup token: the first administrator, who is logged in.
  async setUp(token: string, name: string, password: string): Promise<void> {
    await rest.ask('setup', { method: 'POST', body: { token, name, password } });
  },

  async changePassword(password: string, newPassword: string): Promise<void> {
    const body = { password, new_password: newPassword };
    await rest.ask('session/password', { method: 'POST', body });
  },

  async sessions(): Promise<Session[]> {
    return ((await rest.ask('sessions')) as { sessions: Session[] }).sessions;
  },

  async endSession(id: string): Promise<void> {
    await rest.ask(`sessions/${id}`, { method: 'DELETE' });
  },

  async users(): Promise<User[]> {
    return ((await rest.ask('users')) as { users: User[] }).users;
  },

  async addUser(user: User & { password: string }): Promise<void> {
    await rest.ask('users', { method: 'POST', body: user });
  },

  async changeUser(name: string, change: Partial<User> & { password?: string }): Promise<void> {
    await rest.ask(`users/${name}`, { method: 'PATCH', body: change });
  },

  async removeUser(name: string): Promise<void> {
    await rest.ask(`users/${name}`, { method: 'DELETE' });
  },

  async tokens(): Promise<Token[]> {
    return ((await rest.ask('tokens')) as { tokens: Token[] }).tokens;
  },

  async shares(): Promise<ShareLink[]> {
    return ((await rest.ask('shares')) as { shares: ShareLink[] }).shares;
  },

  // path: of the page for visitors; returned this once.
  async addShare(camera: string, item: string | null, lastsS: number): Promise<{ path: string }> {
    const body = { camera, ...(item && { item }), expires_s: lastsS };
    return (await rest.ask('shares', { method: 'POST', body })) as { path: string };
  },

  async endShare(id: string): Promise<void> {
    await rest.ask(`shares/${id}`, { method: 'DELETE' });
  },

  // The token's text is told this once.
  async addToken(token: object): Promise<{ token: string }> {
    return (await rest.ask('tokens', { method: 'POST', body: token })) as { token: string };
  },

  async removeToken(id: string): Promise<void> {
    await rest.ask(`tokens/${id}`, { method: 'DELETE' });
  },
};
