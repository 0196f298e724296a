import { readFileSync } from 'node:fs';
import { errorDocumentation } from './error-documentation.js';

describe('docs/errors.md', () => {
  it('says what the catalogue says (after a change: npm run build && node dist/src/platform/errors/write-documentation.js)', () => {
    const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    expect(page).toBe(errorDocumentation());
  });
});
