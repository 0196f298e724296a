import { ManualClock } from '../../platform/time/manual-clock.js';
import { parseFault } from './dto/fault.dto.js';
import { FaultTable } from './fault-table.js';

describe('FaultTable', () => {
  it('applies a fault to its service only, until it is cleared', () => {
    const table = new FaultTable(new ManualClock());
    table.set('gcs', parseFault({ kind: 'hang' }));
    expect(table.take('gcs')?.kind).toBe('hang');
    expect(table.take('stripe')).toBeNull();
    table.clear('gcs');
    expect(table.take('gcs')).toBeNull();
    expect(table.view('gcs')).toMatchObject({ fault: null, calls: 2, failed_calls: 1 });
  });

  it('ends after a number of calls', () => {
    const table = new FaultTable(new ManualClock());
    table.set('stripe', parseFault({ kind: 'reset', times: 2 }));
    expect([1, 2, 3].map(() => table.take('stripe')?.kind ?? null)).toEqual(['reset', 'reset', null]);
  });

  it('ends after a number of seconds', () => {
    const clock = new ManualClock();
    const table = new FaultTable(clock);
    table.set('stripe', parseFault({ kind: 'reset', for_seconds: 5 }));
    clock.advance(4_999);
    expect(table.view('stripe').fault?.remaining_ms).toBe(1);
    expect(table.take('stripe')).not.toBeNull();
    clock.advance(1);
    expect(table.take('stripe')).toBeNull();
  });

  it('fails the given share of the calls', () => {
    const numbers = [0.1, 0.29, 0.3, 0.9];
    const table = new FaultTable(new ManualClock(), () => numbers.shift() ?? 0);
    table.set('sendgrid', parseFault({ kind: 'status', status: 500, rate: 0.3 }));
    expect([1, 2, 3, 4].map(() => table.take('sendgrid') !== null)).toEqual([true, true, false, false]);
  });
});
