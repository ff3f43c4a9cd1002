// An ESP32 with the CameraWebServer example, as far as the network sees it: two HTTP servers at
// neighbouring ports; a status, controls that change what is sent, stills, a stream in chunks.
import http from 'node:http';
import net from 'node:net';
import { picture } from './pictures.mjs';

const BOUNDARY = '123456789000000000000987654321';

// framesize_t of esp32-camera since 2024.
const SIZES = ['96x96', '160x120', '128x128', '176x144', '240x176', '240x240', '320x240', '320x320',
  '400x296', '480x320', '640x480', '800x600', '1024x768', '1280x720', '1280x1024', '1600x1200'];
const FRESH = { xclk: 20, pixformat: 4, framesize: 10, quality: 10, brightness: 0, contrast: 0, saturation: 0,
  sharpness: 0, special_effect: 0, wb_mode: 0, awb: 1, awb_gain: 1, aec: 1, aec2: 0, ae_level: 0, aec_value: 204,
  agc: 1, agc_gain: 5, gainceiling: 0, bpc: 0, wpc: 1, raw_gma: 1, lenc: 1, hmirror: 0, dcw: 1, colorbar: 0,
  led_intensity: -1 };

const listen = (server, port) => new Promise((resolve, reject) => {
  server.once('error', reject);
  server.listen(port, '127.0.0.1', () => resolve(server.address().port));
});

export class WebcamServer {
  constructor({ fps = 20, registers = { '0xd3': 1, '0x111': 0, '0x132': 9 }, patience = 0 } = {}) {
    this.fps = fps;
    this.patience = patience; // ms before it answers, over weak Wi-Fi
    this.registers = registers;
    this.commands = [];  // "framesize=15", in the order they came
    this.connections = 0; // of the stream, ever
    this.watching = new Set();
    this.restart();
  }

  /** What a power cut does to its settings. */
  restart() {
    this.status = { ...FRESH };
    for (const response of this.watching) response.destroy();
  }

  get url() { return `http://127.0.0.1:${this.port + 1}/stream`; }

  async start(t) {
    this.control = http.createServer((request, response) => setTimeout(() => this.#answer(request, response), this.patience));
    this.stream = http.createServer((request, response) => this.#stream(request, response));
    for (;;) { // two neighbouring ports
      this.port = await listen(this.control, 0);
      try {
        await listen(this.stream, this.port + 1);
        break;
      } catch {
        await new Promise((resolve) => this.control.close(resolve));
      }
    }
    t.after(() => this.stop());
    return this;
  }

  stop() {
    for (const server of [this.control, this.stream]) {
      server.close();
      server.closeAllConnections();
    }
  }

  #answer(request, response) {
    const url = new URL(request.url, 'http://camera');
    if (url.pathname === '/status') {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ ...this.registers, ...this.status }));
    } else if (url.pathname === '/capture') {
      response.setHeader('Content-Type', 'image/jpeg');
      response.end(picture(this.#size()));
    } else if (url.pathname === '/control') {
      const [variable, value] = [url.searchParams.get('var'), Number(url.searchParams.get('val'))];
      this.commands.push(`${variable}=${value}`);
      const fine = (variable in this.status || variable === 'vflip') && (variable !== 'framesize' || value in SIZES);
      if (fine) this.status[variable] = value;
      response.statusCode = fine ? 200 : 500;
      response.end();
    } else {
      response.statusCode = 404;
      response.end();
    }
  }

  #size() { return SIZES[this.status.framesize]; }

  #stream(request, response) {
    if (request.url !== '/stream') {
      response.statusCode = 404;
      response.end();
      return;
    }
    this.connections++;
    this.watching.add(response);
    response.setHeader('Content-Type', `multipart/x-mixed-replace;boundary=${BOUNDARY}`);
    const timer = setInterval(() => {
      const jpeg = picture(this.#size());
      response.write(`\r\n--${BOUNDARY}\r\n`);
      response.write(`Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\nX-Timestamp: 1.000000\r\n\r\n`);
      response.write(jpeg);
    }, 1000 / this.fps);
    response.on('close', () => {
      clearInterval(timer);
      this.watching.delete(response);
    });
  }
}

/** A server whose every connection is answered with these bytes, or by this function of the socket. */
export async function rawServer(t, answer) {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    server.connections_ever = (server.connections_ever ?? 0) + 1;
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => (typeof answer === 'function' ? answer(socket) : socket.end(answer)));
  });
  const port = await listen(server, 0);
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port, server, sockets, url: `http://127.0.0.1:${port}/` };
}
