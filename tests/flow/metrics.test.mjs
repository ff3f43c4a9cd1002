// What Prometheus scrapes, judged by Prometheus' own tool.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { boot } from './harness.mjs';

/** What promtool says against a text of metrics; empty if nothing. */
function objections(text) {
  const { stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  assert.ifError(error);
  return stdout + stderr;
}

// Dashboards and measurements outside rely on these names.
const OF_A_CAMERA = ['camera_state', 'frames_received_total', 'frames_dropped_total', 'frames_encoded_total', 'frames_sent_total',
  'frames_skipped_slow_total', 'leases', 'awake_seconds_total', 'starts_total', 'start_timeouts_total', 'frame_age_seconds',
  'encode_seconds_sum', 'encode_seconds_count'];

test('promtool finds nothing wrong with the metrics', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  await house.camera('gate');
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  await house.state('porch', 'awake');
  const text = await (await house.get('/metrics')).text();
  assert.equal(objections(text), '');
  for (const name of OF_A_CAMERA) assert.match(text, new RegExp(`^eyelid_${name}\\{camera="porch"[,}]`, 'm'));
  for (const name of ['eyelid_pages', 'process_resident_memory_bytes', 'process_cpu_seconds_total'])
    assert.match(text, new RegExp(`^${name} \\d`, 'm'));
  assert.match(text, /^eyelid_camera_state\{camera="gate",state="asleep"\} 1$/m);
  assert.match(text, /^eyelid_build_info\{version="\d[^"]*"\} 1$/m);
  const buckets = [...text.matchAll(/^eyelid_encode_seconds_bucket\{camera="porch",le="[^"]+"\} (\d+)$/gm)].map(([, n]) => Number(n));
  assert.deepEqual(buckets, buckets.toSorted((a, b) => a - b));
  assert.equal(buckets.at(-1), Number(text.match(/^eyelid_encode_seconds_count\{camera="porch"\} (\d+)$/m)[1]));
  assert.match(objections(text.replaceAll('eyelid_starts_total', 'eyelid_starts')), /eyelid_starts counter metrics should have "_total" suffix/);
});
