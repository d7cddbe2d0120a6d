/**
 * The operations of the segmentation network, on 32-bit floats in the order height, width, channels. Plain loops over typed arrays:
 * they need neither WebAssembly nor a graphics context, which a browser may take away in the middle of a call.
 */

/** @typedef {{height: number, width: number, channels: number}} Shape */
/** @typedef {{stride: number, kernel: number, padTop: number, padLeft: number}} Window */

/**
 * Multiplies pixels with a matrix: a convolution of 1 × 1, or of patches (`gather`). Four pixels and two outputs at a time, so that
 * each number is fetched once for several products.
 * @param {Float32Array} input count × depth @param {Float32Array} weights outputs × depth @param {Float32Array} bias
 * @param {Float32Array} output count × outputs @param {number} count of pixels
 */
export function multiply(input, weights, bias, output, count) {
  const outputs = bias.length;
  const depth = weights.length / outputs;
  const whole = count - (count % 4);
  for (let pixel = 0; pixel < whole; pixel += 4) {
    const a = pixel * depth, b = a + depth, c = b + depth, d = c + depth;
    let to = pixel * outputs;
    for (let out = 0; out < outputs - 1; out += 2, to += 2) {
      const u = out * depth, v = u + depth;
      let au = bias[out], bu = au, cu = au, du = au;
      let av = bias[out + 1], bv = av, cv = av, dv = av;
      for (let at = 0; at < depth; at += 1) {
        const x = weights[u + at], y = weights[v + at];
        const p = input[a + at], q = input[b + at], r = input[c + at], s = input[d + at];
        au += p * x; bu += q * x; cu += r * x; du += s * x;
        av += p * y; bv += q * y; cv += r * y; dv += s * y;
      }
      output[to] = au; output[to + 1] = av;
      output[to + outputs] = bu; output[to + outputs + 1] = bv;
      output[to + 2 * outputs] = cu; output[to + 2 * outputs + 1] = cv;
      output[to + 3 * outputs] = du; output[to + 3 * outputs + 1] = dv;
    }
  }
  for (let pixel = 0; pixel < count; pixel += 1) {
    const first = pixel < whole ? outputs - (outputs % 2) : 0;
    for (let out = first; out < outputs; out += 1) {
      let sum = bias[out];
      for (let at = 0; at < depth; at += 1) sum += input[pixel * depth + at] * weights[out * depth + at];
      output[pixel * outputs + out] = sum;
    }
  }
}

/**
 * Puts the numbers below a window side by side for each pixel of the output, with zeros outside the picture.
 * @param {Float32Array} input @param {Shape} from @param {Float32Array} patches @param {Shape} to @param {Window} window
 */
export function gather(input, from, patches, to, { stride, kernel, padTop, padLeft }) {
  const row = kernel * from.channels;
  patches.fill(0);
  let at = 0;
  for (let y = 0; y < to.height; y += 1) {
    for (let x = 0; x < to.width; x += 1) {
      const left = x * stride - padLeft;
      const [first, last] = [Math.max(0, left), Math.min(from.width, left + kernel)];
      for (let k = 0; k < kernel; k += 1, at += row) {
        const sourceY = y * stride - padTop + k;
        if (sourceY < 0 || sourceY >= from.height) continue;
        let source = (sourceY * from.width + first) * from.channels;
        const end = (sourceY * from.width + last) * from.channels;
        for (let target = at + (first - left) * from.channels; source < end; source += 1, target += 1) patches[target] = input[source];
      }
    }
  }
}

/**
 * Filters each channel by itself, in squares of 3 × 3 or 5 × 5. The numbers of a row are read side by side, which is several times
 * faster than one tap after the other.
 * @param {Float32Array} input in a border of zeros (`addBorder`) @param {Shape} from with the border
 * @param {Float32Array} weights kernel × kernel × channels @param {Float32Array} bias
 * @param {Float32Array} output @param {Shape} to @param {{stride: number, kernel: number}} window
 */
export function filterChannels(input, from, weights, bias, output, to, { stride, kernel }) {
  const { channels } = from;
  const row = from.width * channels;
  const filterRow = kernel === 3 ? addThree : addFive;
  for (let y = 0, target = 0; y < to.height; y += 1) {
    for (let x = 0; x < to.width; x += 1, target += channels) {
      const corner = (y * from.width + x) * stride * channels;
      for (let channel = 0; channel < channels; channel += 1) output[target + channel] = bias[channel];
      for (let k = 0; k < kernel; k += 1) filterRow(input, corner + k * row, weights, k * kernel * channels, output, target, channels);
    }
  }
}

/**
 * @param {Float32Array} input @param {number} a first number @param {Float32Array} weights @param {number} w first number
 * @param {Float32Array} output @param {number} target @param {number} channels
 */
function addThree(input, a, weights, w, output, target, channels) {
  const b = a + channels, c = b + channels, v = w + channels, u = v + channels;
  for (let at = 0; at < channels; at += 1) output[target + at] += input[a + at] * weights[w + at] + input[b + at] * weights[v + at] + input[c + at] * weights[u + at];
}

/**
 * @param {Float32Array} input @param {number} a first number @param {Float32Array} weights @param {number} w first number
 * @param {Float32Array} output @param {number} target @param {number} channels
 */
function addFive(input, a, weights, w, output, target, channels) {
  const b = a + channels, c = b + channels, d = c + channels, e = d + channels;
  const v = w + channels, u = v + channels, t = u + channels, s = t + channels;
  for (let at = 0; at < channels; at += 1) {
    output[target + at] += input[a + at] * weights[w + at] + input[b + at] * weights[v + at] + input[c + at] * weights[u + at]
      + input[d + at] * weights[t + at] + input[e + at] * weights[s + at];
  }
}

/** @param {Float32Array} input @param {Shape} from @param {Float32Array} output zeros around @param {Shape} to @param {Window} window */
export function addBorder(input, from, output, to, { padTop, padLeft }) {
  const row = from.width * from.channels;
  for (let y = 0; y < from.height; y += 1) {
    output.set(input.subarray(y * row, (y + 1) * row), ((y + padTop) * to.width + padLeft) * to.channels);
  }
}

/**
 * Doubles width and height: each input pixel becomes a square of kernel × kernel, as wide as the stride.
 * @param {Float32Array} input @param {Shape} from @param {Float32Array} weights outputs × kernel × kernel × channels
 * @param {Float32Array} bias @param {Float32Array} output @param {Shape} to @param {number} kernel
 */
export function spread(input, from, weights, bias, output, to, kernel) {
  for (let y = 0; y < to.height; y += 1) {
    for (let x = 0; x < to.width; x += 1) {
      const source = (Math.floor(y / kernel) * from.width + Math.floor(x / kernel)) * from.channels;
      const tap = (y % kernel) * kernel + (x % kernel);
      for (let out = 0; out < to.channels; out += 1) {
        const weight = (out * kernel * kernel + tap) * from.channels;
        let sum = bias[out];
        for (let channel = 0; channel < from.channels; channel += 1) sum += input[source + channel] * weights[weight + channel];
        output[(y * to.width + x) * to.channels + out] = sum;
      }
    }
  }
}

/** @param {Float32Array} input @param {Shape} from @param {Float32Array} output one number a channel */
export function averageChannels(input, { height, width, channels }, output) {
  output.fill(0);
  for (let at = 0; at < input.length; at += channels) for (let channel = 0; channel < channels; channel += 1) output[channel] += input[at + channel];
  for (let channel = 0; channel < channels; channel += 1) output[channel] /= height * width;
}

/**
 * Twice as large, with interpolation between the centres of pixels or their corners.
 * @param {Float32Array} input @param {Shape} from @param {Float32Array} output @param {Shape} to @param {{corners: boolean, centres: boolean}} how
 */
export function enlarge(input, from, output, to, how) {
  const { channels } = from;
  const [rows, columns] = [placesOf(from.height, to.height, how), placesOf(from.width, to.width, how)];
  let target = 0;
  for (const { before: top, after: bottom, share: down } of rows) {
    for (const { before: left, after: right, share: across } of columns) {
      const a = (top * from.width + left) * channels, b = (top * from.width + right) * channels;
      const c = (bottom * from.width + left) * channels, d = (bottom * from.width + right) * channels;
      for (let channel = 0; channel < channels; channel += 1, target += 1) {
        const upper = input[a + channel] + (input[b + channel] - input[a + channel]) * across;
        const lower = input[c + channel] + (input[d + channel] - input[c + channel]) * across;
        output[target] = upper + (lower - upper) * down;
      }
    }
  }
}

/** @param {number} from @param {number} to @param {{corners: boolean, centres: boolean}} how @returns {{before: number, after: number, share: number}[]} */
function placesOf(from, to, { corners, centres }) {
  const scale = corners && to > 1 ? (from - 1) / (to - 1) : from / to;
  return Array.from({ length: to }, (_, at) => {
    const place = Math.max(0, centres ? (at + 0.5) * scale - 0.5 : at * scale);
    const before = Math.min(from - 1, Math.floor(place));
    return { before, after: Math.min(from - 1, before + 1), share: place - before };
  });
}

/** Adds, or multiplies by, one number each or one a channel. @param {Float32Array} one @param {Float32Array} other @param {Float32Array} output */
export function add(one, other, output) {
  for (let at = 0, second = 0; at < one.length; at += 1) {
    output[at] = one[at] + other[second];
    second = second + 1 === other.length ? 0 : second + 1;
  }
}

/** @param {Float32Array} one @param {Float32Array} other @param {Float32Array} output */
export function scale(one, other, output) {
  for (let at = 0, second = 0; at < one.length; at += 1) {
    output[at] = one[at] * other[second];
    second = second + 1 === other.length ? 0 : second + 1;
  }
}

/** @param {Float32Array} input @param {Float32Array} output */
export function relu(input, output) {
  for (let at = 0; at < input.length; at += 1) output[at] = input[at] > 0 ? input[at] : 0;
}

/** @param {Float32Array} input @param {Float32Array} output */
export function hardSwish(input, output) {
  for (let at = 0; at < input.length; at += 1) {
    const value = input[at];
    output[at] = value <= -3 ? 0 : value >= 3 ? value : (value * (value + 3)) / 6;
  }
}

/** @param {Float32Array} input @param {Float32Array} output */
export function sigmoid(input, output) {
  for (let at = 0; at < input.length; at += 1) output[at] = 1 / (1 + Math.exp(-input[at]));
}
