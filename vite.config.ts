import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const OUT_DIR = 'dist/web';
const COMPRESSIBLE = /\.(?:js|css|svg)$/;

/** Writes a compressed copy beside each text asset, so that the server compresses nothing while it serves. */
function precompressed(): Plugin {
  return {
    name: 'precompressed',
    apply: 'build',
    closeBundle() {
      const assets = join(import.meta.dirname, OUT_DIR, 'assets');
      for (const name of readdirSync(assets).filter((file) => COMPRESSIBLE.test(file))) {
        const content = readFileSync(join(assets, name));
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
        writeFileSync(join(assets, `${name}.br`), brotliCompressSync(content, { params }));
        writeFileSync(join(assets, `${name}.gz`), gzipSync(content, { level: 9 }));
      }
    },
  };
}

/** Builds the pages of `web/`. `npm start` and the image serve the result; `npm run dev:web` serves the sources beside a running product. */
export default defineConfig({
  root: 'web',
  plugins: [precompressed()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join(import.meta.dirname, OUT_DIR),
    emptyOutDir: true,
    target: 'es2023',
    // Inlined as data: URLs, files would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: ['web/index.html', 'web/admin.html'] },
  },
});
