/** What of the application the end of the process concerns. */
interface RunningApplication {
  close(): Promise<void>;
  /** Counts an error that nobody caught. */
  capture(error: unknown): void;
}

/** What a shutdown may take beyond the grace that requests and renders get. */
const SHUTDOWN_MARGIN_MS = 10_000;

/**
 * Ties the application to its process: SIGTERM and SIGINT close it in order, a second signal ends it at once,
 * and an error that nobody caught is captured before the process ends with status 1.
 */
export class ProcessLifecycle {
  private app: RunningApplication | null = null;
  private shuttingDown: Promise<void> | null = null;
  private shutdownLimitMs = SHUTDOWN_MARGIN_MS;
  private stopRequested = false;

  constructor() {
    process.on('SIGTERM', () => {
      this.onSignal();
    });
    process.on('SIGINT', () => {
      this.onSignal();
    });
    process.on('uncaughtException', (error) => {
      this.onUncaught(error);
    });
    process.on('unhandledRejection', (reason) => {
      this.onUncaught(reason);
    });
  }

  /** @param graceMs what in-flight work may take at shutdown */
  limitShutdown(graceMs: number): void {
    this.shutdownLimitMs = graceMs + SHUTDOWN_MARGIN_MS;
  }

  /** From here on the application is what signals close. */
  own(app: RunningApplication): void {
    this.app = app;
    if (this.stopRequested) void this.shutdown(0);
  }

  /** Closes the application once, however often it is asked, and ends the process with `exitCode`. */
  async shutdown(exitCode: number): Promise<void> {
    this.shuttingDown ??= this.closeAndExit(exitCode);
    await this.shuttingDown;
  }

  private onSignal(): void {
    if (this.shuttingDown !== null) process.exit(1);
    this.stopRequested = true;
    // While the boot still runs, the application is closed as soon as it is there, or the limit ends the process.
    if (this.app === null) setTimeout(() => process.exit(1), this.shutdownLimitMs).unref();
    else void this.shutdown(0);
  }

  private onUncaught(error: unknown): void {
    if (this.app === null) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    else this.app.capture(error);
    void this.shutdown(1);
  }

  private async closeAndExit(exitCode: number): Promise<void> {
    const limit = setTimeout(() => {
      process.stderr.write('The shutdown took too long and was cut off\n');
      process.exit(1);
    }, this.shutdownLimitMs);
    try {
      await this.app?.close();
    } catch (error) {
      process.stderr.write(`The shutdown failed: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    } finally {
      clearTimeout(limit);
    }
    process.exit(exitCode);
  }
}
