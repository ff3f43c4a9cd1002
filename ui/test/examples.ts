// The examples of docs/protocol.md, cut out as the C side's tests do it.
import text from '../../docs/protocol.md?raw';

export const examples = new Map(
  [...text.matchAll(/^```\nexample: (\S+)\n([\s\S]*?)^```$/gm)].map((match) => [
    match[1] as string,
    match[2] as string,
  ]),
);
