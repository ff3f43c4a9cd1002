// Waiting, for tests and benchmarks. TIME_SCALE: how much slower this build is, for the patience of waits.
export const SCALE = Number(process.env.TIME_SCALE ?? 1);
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls check until it returns something truthy, and returns that. */
export async function waitFor(what, check, timeoutMs = 5000) {
  const deadline = performance.now() + timeoutMs * SCALE;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`timed out after ${timeoutMs * SCALE} ms: ${what}`);
    await sleep(20);
  }
}
