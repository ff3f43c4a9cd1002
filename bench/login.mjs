// What a login costs, and whether its time tells if a user exists: tries with a wrong password, and with a name
// that nobody has, in random order. An address has ten wrong tries, so they come from many that logged in before.
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import * as proc from '../tests/lib/proc.mjs';
import { row } from './sections.mjs';

const PASSWORD = 'correct horse battery', TRIES = 2000, OF_ADDRESS = 10;

/** Milliseconds and status of one login. */
function logIn(server, localAddress, name, password) {
  const { hostname, port } = new URL(server.url);
  const from = proc.nowUs();
  return new Promise((resolve, reject) => {
    const request = http.request({ host: hostname, port, localAddress, path: '/api/v1/session', method: 'POST', agent: false,
      headers: { 'content-type': 'application/json' } }, (response) => {
      response.resume();
      response.on('end', () => resolve({ ms: (proc.nowUs() - from) / 1000, status: response.statusCode }));
    });
    request.on('error', reject);
    request.end(JSON.stringify({ name, password }));
  });
}

const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;
const variance = (list, middle = mean(list)) => list.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (list.length - 1);
/** Welch's t of two samples. */
const welch = (a, b) => (mean(a) - mean(b)) / Math.sqrt(variance(a) / a.length + variance(b) / b.length);

export async function login() {
  const server = await proc.startServer('', { env: { EYELID_ACCESS: 'accounts' } });
  const right = [], wrong = [], unknown = [];
  try {
    execFileSync(path.join(proc.BUILD, 'eyelid'), ['user', 'add', 'anna', '--role', 'admin', '--control', `${server.data}/control.sock`],
      { input: `${PASSWORD}\n` });
    for (let i = 0; wrong.length + unknown.length < TRIES; i++) {
      const address = `127.0.${1 + (i >> 7)}.${1 + (i & 127)}`;
      const first = await logIn(server, address, 'anna', PASSWORD);
      if (first.status !== 201) throw new Error(`the right password was answered ${first.status}`);
      right.push(first.ms);
      for (let k = 0; k < OF_ADDRESS; k++) {
        const isKnown = Math.random() < 0.5;
        const { ms, status } = await logIn(server, address, isKnown ? 'anna' : 'nobody', 'not the password');
        if (status !== 401) throw new Error(`a wrong try was answered ${status}`);
        (isKnown ? wrong : unknown).push(ms);
      }
    }
  } finally {
    await server.close();
  }
  const { ns } = JSON.parse(execFileSync(path.join(proc.BUILD, 'bench/bench_policy')));
  return [
    row('login p50', proc.quantile(right, 0.5), 'ms', { max: 300 }),
    row('login p99', proc.quantile(right, 0.99), 'ms'),
    row('wrong password, mean', mean(wrong), 'ms'),
    row('unknown user, mean', mean(unknown), 'ms'),
    // Beyond 3.29 the times of equal distributions lie once in a thousand runs.
    row(`unknown user and wrong password, Welch's |t| of ${TRIES} tries`, Math.abs(welch(wrong, unknown)), '', { max: 3.29 }),
    row('policy question, narrowed to 32 cameras', ns, 'ns', { max: 1000 }),
  ];
}
