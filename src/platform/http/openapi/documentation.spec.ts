import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyNotes, type DocumentationLibraries, noteForDocument } from './documentation.js';

const SOURCES = join(import.meta.dirname, '../../../..');
const LIBRARY = /^(?!import type )(?:import|export) [^;]*from '(?:@nestjs\/swagger|class-validator-jsonschema)'/m;

describe('documentation', () => {
  it('is loaded by nobody before somebody asks for the document', () => {
    const files = globSync('src/**/*.ts', { cwd: SOURCES });
    const loading = files.filter((file) => LIBRARY.test(readFileSync(join(SOURCES, file), 'utf8')));
    expect(files.length).toBeGreaterThan(100);
    expect(loading).toEqual([]);
  });

  it('says each note once', () => {
    const said: string[] = [];
    const libraries = {} as DocumentationLibraries;
    noteForDocument(() => said.push('one'));
    noteForDocument(() => said.push('two'));
    applyNotes(libraries);
    noteForDocument(() => said.push('three'));
    applyNotes(libraries);
    expect(said).toEqual(['one', 'two', 'three']);
  });
});
