import { writeFileSync } from 'node:fs';
import { errorDocumentation } from './error-documentation.js';

// Run from the root of the project after a build, when the catalogue has changed.
writeFileSync('docs/errors.md', errorDocumentation());
