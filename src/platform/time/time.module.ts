import { Global, Module } from '@nestjs/common';
import { CLOCK, SystemClock } from './clock.js';

/** Provides the {@link CLOCK} everywhere. */
@Global()
@Module({
  providers: [{ provide: CLOCK, useClass: SystemClock }],
  exports: [CLOCK],
})
export class TimeModule {}
