import { stackLines } from './stack-lines.ts';

const STACK = `Error: at the end
    at process.processTicks (node:internal/process/task_queues:105:5)
    at Store.save (/app/dist/src/storage/store.js:10:5)
    at Client.query (/app/node_modules/pg/lib/client.js:545:17)
    at async Jobs.run (/app/dist/src/jobs/jobs.js:3:1)`;

describe('stackLines', () => {
  it('puts own frames first and keeps the order within each part', () => {
    expect(stackLines(STACK).map(({ text, own }) => [own, text.slice(0, 14)])).toEqual([
      [true, 'at Store.save '],
      [true, 'at async Jobs.'],
      [false, 'at process.pro'],
      [false, 'at Client.quer'],
    ]);
  });

  it('is empty for a stack without frames', () => {
    expect(stackLines('Error: nothing else')).toEqual([]);
  });
});
