import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { PaymentsModule } from '../payments/index.js';
import { RenderingModule } from '../rendering/index.js';
import { AccountController } from './account.controller.js';
import { AccountService } from './account.service.js';

/** Profile and history: a feature of its own, so that auth need not know what customers buy and render. */
@Module({
  imports: [AuthModule, PaymentsModule, RenderingModule],
  controllers: [AccountController],
  providers: [AccountService],
})
export class AccountModule {}
