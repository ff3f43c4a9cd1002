// What a person would see: pixels of the picture that the player shows, read inside the page.

/** Runs in the page: the shown picture drawn small, as [width, height, bytes of RGBA]; null while there is none. */
export function readPicture(width) {
  const shown = document.querySelector('eyelid-player video, eyelid-player canvas');
  const w = shown?.videoWidth || shown?.width, h = shown?.videoHeight || shown?.height;
  if (!w || !h) return null;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = Math.round((width * h) / w);
  const context = canvas.getContext('2d');
  context.drawImage(shown, 0, 0, canvas.width, canvas.height);
  return [canvas.width, canvas.height, Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data), w, h];
}

/** The middle of the mock camera's red circle as fractions of the picture, or null where there is no red. */
export function circle([width, height, rgba]) {
  let n = 0, sumX = 0, sumY = 0;
  for (let i = 0; i < width * height; i++) {
    const [r, g, b] = rgba.slice(4 * i, 4 * i + 3);
    if (r > 150 && g < 90 && b < 90) { n++; sumX += i % width; sumY += Math.floor(i / width); }
  }
  return n < 8 ? null : { x: sumX / n / width, y: sumY / n / height };
}

/** The colour at a fraction of the picture. */
export function colour([width, height, rgba], x, y) {
  const i = 4 * (Math.floor(y * height) * width + Math.floor(x * width));
  return rgba.slice(i, i + 3);
}
