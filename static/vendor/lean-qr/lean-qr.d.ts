/** The part of lean-qr 2.7.4 (MIT, see LICENSE; the file `index.mjs` of the npm package, unchanged) that we use. */
export function generate(text: string): { readonly size: number; get(x: number, y: number): boolean };
