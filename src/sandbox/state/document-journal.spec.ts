import { appendFileSync, closeSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DocumentJournal } from './document-journal.js';

describe('DocumentJournal', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'oriel-journal-'));
    path = join(directory, 'deep', 'journal.jsonl');
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function change(id: string, document: unknown): { collection: string; id: string; document: unknown } {
    return { collection: 'things', id, document };
  }

  it('gives back what was committed, in its order, without being closed', () => {
    const journal = new DocumentJournal(path);
    journal.commit(change('b', { n: 1 }), change('a', { text: 'zwei\nZeilen 🎵' }));
    journal.commit(change('c', 3));
    journal.commit(change('b', null));
    copyFileSync(path, join(directory, 'crashed'));
    journal.close();
    const again = new DocumentJournal(join(directory, 'crashed'));
    expect(again.list('things')).toEqual([{ text: 'zwei\nZeilen 🎵' }, 3]);
    expect(again.get('things', 'b')).toBeUndefined();
    again.close();
  });

  it('drops a line that was not finished, and writes on cleanly', () => {
    const journal = new DocumentJournal(path);
    journal.commit(change('a', 1));
    journal.close();
    appendFileSync(path, '[{"collection":"things","id":"b","docu');
    const again = new DocumentJournal(path);
    expect(again.list('things')).toEqual([1]);
    again.commit(change('c', 3));
    again.close();
    const third = new DocumentJournal(path);
    expect(third.list('things')).toEqual([1, 3]);
    third.close();
  });

  it('refuses to start on damage in the middle rather than forget something', () => {
    const journal = new DocumentJournal(path);
    journal.commit(change('a', 1));
    journal.close();
    appendFileSync(path, 'garbage\n[]\n');
    expect(() => new DocumentJournal(path)).toThrow(SyntaxError);
  });

  it('keeps all or nothing of a commit the disk refuses', () => {
    const journal = new DocumentJournal(path);
    journal.commit(change('a', 1));
    closeSync((journal as unknown as { file: number }).file);
    expect(() => {
      journal.commit(change('a', 2), change('b', 2));
    }).toThrow('EBADF');
    expect(journal.list('things')).toEqual([1]);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2);
  });

  it('does not grow without end while the same documents change', () => {
    const journal = new DocumentJournal(path);
    for (let count = 0; count < 25_000; count += 1) journal.commit(change('a', count));
    expect(statSync(path).size).toBeLessThan(25_000 * 20);
    journal.close();
    const again = new DocumentJournal(path);
    expect(again.list('things')).toEqual([24_999]);
    again.close();
  });
});
