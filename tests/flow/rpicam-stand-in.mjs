#!/usr/bin/env node
// Stands in for rpicam-vid, rpicam-still and their older names: knows one camera, writes its command
// line to $RPICAM_LOG, and JPEGs from $RPICAM_PICTURES to its standard output until it is ended.
// A file "endless" there makes it write a picture without an end, "hold" lets stills wait, "deaf" lets it
// go on until it is killed, "linger" lets a list do so after the last of its words.
import fs from 'node:fs';
import path from 'node:path';

const args = process.argv.slice(2);
const log = (line) => fs.appendFileSync(process.env.RPICAM_LOG, `${line}\n`);
const option = (name) => args[args.indexOf(name) + 1];
const has = (name) => fs.existsSync(path.join(process.env.RPICAM_PICTURES, name));

if (args.includes('--list-cameras')) {
  console.log('Available cameras\n-----------------\n'
    + '0 : imx219 [3280x2464 10-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx219@10)\n'
    + "    Modes: 'SRGGB10_CSI2P' : 640x480 [206.65 fps - (1000, 752)/1280x960 crop]");
  if (has('linger')) {
    process.on('SIGTERM', () => {});
    fs.closeSync(1);
    log(`${process.pid} lingers`);
    setInterval(() => {}, 1000);
  }
} else {
  const picture = (name) => fs.readFileSync(path.join(process.env.RPICAM_PICTURES, `${name}.jpg`));
  log(`${process.pid} ${path.basename(process.argv[1])} ${args.join(' ')}`);
  const isDeaf = has('deaf');
  process.on('SIGTERM', () => isDeaf || process.exit(0));
  if (args.includes('--codec') && has('endless')) {
    process.stdout.write(Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 2]));
    const more = () => { while (process.stdout.write(Buffer.alloc(1 << 20))) ; };
    process.stdout.on('drain', more).on('error', () => process.exit(1));
    more();
  } else if (args.includes('--codec')) {
    const frame = picture(`${option('--width')}x${option('--height')}`);
    const half = frame.length >> 1; // pipes know no pictures
    setInterval(() => {
      process.stdout.write(frame.subarray(0, half));
      process.stdout.write(frame.subarray(half));
    }, 1000 / Number(option('--framerate')));
    process.stdout.on('error', () => isDeaf || process.exit(1));
  } else if (has('still.jpg')) {
    while (has('hold')) await new Promise((resolve) => setTimeout(resolve, 20));
    process.stdout.write(picture('still'));
  } else {
    process.exit(1); // no picture available
  }
}
