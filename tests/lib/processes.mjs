// The processes of this machine, from /proc.
import fs from 'node:fs';

// Every process below `root`: [{pid, ticks}], ticks of CPU time in 1/100 s.
export function processTree(root) {
  const all = new Map();
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      const field = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      all.set(+pid, { pid: +pid, parent: +field[1], ticks: +field[11] + +field[12] });
    } catch { /* it ended meanwhile */ }
  }
  const tree = [];
  for (const queue = [root]; queue.length;) {
    const pid = queue.pop();
    if (!all.has(pid)) continue;
    tree.push(all.get(pid));
    for (const p of all.values()) if (p.parent === pid) queue.push(p.pid);
  }
  return tree;
}
