import { OutageLog } from './outage-log.js';

describe('OutageLog', () => {
  it('writes the first error at once and then one line per half minute with the number between', () => {
    let nowMs = 0;
    const lines: unknown[] = [];
    const log = new OutageLog({ warn: (line: unknown) => void lines.push(line) }, 'It is away', () => nowMs);
    for (; nowMs < 61_000; nowMs += 1_000) log.report(new Error('gone'));
    expect(lines).toMatchObject([{ msg: 'It is away', since_last: 0 }, { since_last: 29 }, { since_last: 29 }]);
  });
});
