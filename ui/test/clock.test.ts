import { describe, expect, it } from 'vitest';
import { Backoff } from '../src/live/backoff';
import { ServerClock } from '../src/live/clock';

describe('ServerClock', () => {
  it('knows nothing at first, then guesses by the hello', () => {
    const clock = new ServerClock();
    expect(clock.offsetUs).toBeNull();
    expect(clock.ageMs(0, 0)).toBeNull();
    clock.hello(5_000_000, 1000);
    expect(clock.offsetUs).toBe(4_000_000);
    expect(clock.ageMs(5_000_000, 1010)).toBe(10);
  });

  it('believes short round trips, and the median of them', () => {
    const clock = new ServerClock();
    clock.hello(0, 0);
    const offset = 7_000_000;
    // One way takes long: the offset seems wrong by half of it.
    for (let n = 0; n < 10; n++) {
      const sent = n * 100;
      const slow = n % 2 === 0 ? 80 : 0;
      clock.pong(sent, offset + (sent + 1 + slow) * 1000, sent + 2 + slow);
    }
    expect(clock.offsetUs).toBe(offset);
    expect(clock.rttMs).toBe(2);
  });

  it('drops what came through a congested link', () => {
    const clock = new ServerClock();
    const offset = 7_000_000;
    clock.pong(0, offset + 10_000, 20);
    // 20 s of answers that the server's full queue delays by up to 2 s
    for (let n = 1; n <= 20; n++) {
      const sent = n * 1000;
      clock.pong(sent, offset + (sent + 10) * 1000, sent + 20 + 100 * n);
    }
    expect(clock.offsetUs).toBe(offset);
    expect(clock.rttMs).toBe(20);
  });

  it('improves once the congestion is over', () => {
    const clock = new ServerClock();
    clock.pong(0, 3_000_000 + 10_000, 2000);
    clock.pong(3000, 3_000_000 + 3_010_000, 3020);
    expect(clock.offsetUs).toBe(3_000_000);
  });

  it('begins anew when a clock stood still', () => {
    const clock = new ServerClock();
    clock.pong(0, 1_000_000 + 1000, 2);
    clock.pong(5000, 61_000_000 + 5_001_000, 5002);
    expect(clock.offsetUs).toBe(61_000_000);
  });

  it('forgets old samples, so that drift is followed', () => {
    const clock = new ServerClock();
    clock.pong(0, 1_000_000, 0.5);
    for (let n = 1; n <= 20; n++) clock.pong(n * 100, 2_000_000 + n * 100_000 + 1000, n * 100 + 2);
    expect(clock.offsetUs).toBe(2_000_000);
  });

  it('ignores an answer from the future and starts over with a new server', () => {
    const clock = new ServerClock();
    clock.pong(100, 5, 50);
    expect(clock.offsetUs).toBeNull();
    clock.pong(100, 5, 100);
    clock.hello(9_000_000, 1000);
    expect(clock.offsetUs).toBe(8_000_000);
  });
});

describe('Backoff', () => {
  it('doubles from 0.5 s to 15 s', () => {
    const backoff = new Backoff(() => 1);
    const waits = Array.from({ length: 8 }, () => backoff.next());
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  });

  it('is spread from half to whole', () => {
    expect(new Backoff(() => 0).next()).toBe(250);
  });

  it('begins anew after a connection that lasted 10 s', () => {
    const backoff = new Backoff(() => 1);
    backoff.next();
    backoff.next();
    backoff.lasted(9999);
    expect(backoff.next()).toBe(2000);
    backoff.lasted(10_000);
    expect(backoff.next()).toBe(500);
  });
});
