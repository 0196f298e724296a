import { StateInUseError } from './state/state-lock.js';
import { startSandbox } from './start-sandbox.js';
import { startTestSandbox, type TestSandbox } from './testing.js';

describe('startSandbox', () => {
  let double: TestSandbox;

  beforeEach(async () => {
    double = await startTestSandbox();
  });

  afterEach(async () => {
    await double.close();
  });

  it('says whose state it serves', async () => {
    const response = await fetch(`${double.sandbox.url}/sandbox/health`);
    expect(await response.json()).toEqual({ status: 'ok', state_dir: double.options.stateDir });
  });

  it('answers what it does not have with 404', async () => {
    expect((await fetch(`${double.sandbox.url}/nothing`)).status).toBe(404);
    expect((await fetch(`${double.sandbox.url}/other-bucket/object`)).status).toBe(404);
  });

  it('keeps a second sandbox away from its state, until it is closed', async () => {
    await expect(startSandbox(double.options)).rejects.toThrow(StateInUseError);
    double = await double.restart();
    expect((await fetch(`${double.sandbox.url}/sandbox/health`)).status).toBe(200);
  });

  it('gives its state free again when its port is taken', async () => {
    const port = Number(new URL(double.sandbox.url).port);
    const other = await startTestSandbox();
    await other.sandbox.close();
    await expect(startSandbox({ ...other.options, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const again = await startSandbox(other.options);
    await again.close();
    await other.close();
  });
});
