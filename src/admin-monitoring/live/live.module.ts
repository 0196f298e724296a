import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth/index.js';
import { AlertsModule } from '../alerts/alerts.module.js';
import { FleetModule } from '../fleet/fleet.module.js';
import { LiveController } from './live.controller.js';
import { NewsReader } from './news-reader.js';
import { NewsStreams } from './news-streams.js';
import { NewsTail } from './news-tail.js';

/** News for operators. */
@Module({
  imports: [AuthModule, AlertsModule, FleetModule],
  controllers: [LiveController],
  providers: [NewsReader, NewsStreams, NewsTail],
})
export class LiveModule {}
