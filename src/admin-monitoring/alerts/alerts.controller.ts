import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { AdminGuard, ByOperator, type Operator } from '../../auth/index.js';
import { Operation, PageQuery, pagination, Tag } from '../../platform/http/index.js';
import { AlertControl } from './alert-control.js';
import { AlertHistory } from './alert-history.js';
import { AlertHistoryQuery } from './dto/alert-history-query.dto.js';
import { AlertFiltersDto, ConfigureAlertDto, PatchAlertDto } from './dto/alert-rule.dto.js';
import {
  AlertHistoryResponse,
  AlertRuleResponse,
  AlertRulesResponse,
  AlertTestResponse,
} from './dto/alerts.response.js';
import { wireFiring, wireRule, wireTest } from './dto/wire-alert.js';
import { AlertRules } from './rules/alert-rules.js';

/** Alert rules, what they told, and whether they reach anybody. */
@Tag('Monitoring')
@Controller('admin/api/monitoring/alerts')
@UseGuards(AdminGuard)
export class AlertsController {
  constructor(
    private readonly rules: AlertRules,
    private readonly control: AlertControl,
    private readonly firings: AlertHistory,
  ) {}

  @Post('configure')
  @HttpCode(200)
  @Operation({
    summary: 'Make an alert rule, or change the one of this name',
    description: 'Without a name the rule is named by its condition, so the same configuration twice is one rule.',
    answer: AlertRuleResponse,
    validated: [AlertFiltersDto],
  })
  async configure(@ByOperator() by: Operator, @Body() body: ConfigureAlertDto): Promise<AlertRuleResponse> {
    return await this.answer(await this.control.configure(by, body));
  }

  @Get()
  @Operation({ summary: 'Alert rules, the built-in ones first', answer: AlertRulesResponse })
  async list(@Query() { page, per_page: perPage }: PageQuery): Promise<AlertRulesResponse> {
    const { rules, total } = await this.rules.page(page, perPage);
    const since = await this.firings.firingSince(rules.map(({ id }) => id));
    return {
      data: { rules: rules.map((rule) => wireRule(rule, since)), pagination: pagination(page, perPage, total) },
    };
  }

  @Get('history')
  @Operation({ summary: 'What fired, when, and who was told; newest first', answer: AlertHistoryResponse })
  async history(@Query() query: AlertHistoryQuery): Promise<AlertHistoryResponse> {
    const { entries, total } = await this.firings.page({
      page: query.page,
      perPage: query.per_page,
      ruleId: query.rule_id,
      state: query.state,
    });
    return { data: { firings: entries.map(wireFiring), pagination: pagination(query.page, query.per_page, total) } };
  }

  @Get(':id')
  @Operation({ summary: 'An alert rule', answer: AlertRuleResponse, errors: ['ALERT_NOT_FOUND'] })
  async get(@Param('id') id: string): Promise<AlertRuleResponse> {
    return await this.answer(await this.rules.get(id));
  }

  @Patch(':id')
  @Operation({
    summary: 'Change what is named of an alert rule',
    description: 'Switched off, a rule ends what it fires at once, and tells nobody.',
    answer: AlertRuleResponse,
    validated: [AlertFiltersDto],
    errors: ['ALERT_NOT_FOUND', 'CONFLICT'],
  })
  async patch(
    @ByOperator() by: Operator,
    @Param('id') id: string,
    @Body() body: PatchAlertDto,
  ): Promise<AlertRuleResponse> {
    return await this.answer(await this.control.patch(by, id, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'Delete an alert rule; its history stays',
    errors: ['ALERT_NOT_FOUND', 'ALERT_BUILT_IN'],
  })
  async delete(@ByOperator() by: Operator, @Param('id') id: string): Promise<void> {
    await this.control.delete(by, id);
  }

  @Post(':id/test')
  @HttpCode(200)
  @Operation({
    summary: 'Send a test the way the rule would send an alert, and say how it went',
    description: 'One try, also of a rule that is switched off. That it failed is an answer like any other.',
    answer: AlertTestResponse,
    errors: ['ALERT_NOT_FOUND'],
  })
  async test(@ByOperator() by: Operator, @Param('id') id: string): Promise<AlertTestResponse> {
    return { data: wireTest(await this.control.test(by, id)) };
  }

  private async answer(rule: Parameters<typeof wireRule>[0]): Promise<AlertRuleResponse> {
    return { data: wireRule(rule, await this.firings.firingSince([rule.id])) };
  }
}
