import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  action(
    program.command('lineage').description('字段来龙去脉:来源列、规则、属性、目录资源、部门 / where fields come from and where they go')
      .option('--feed <feed>', '数据源 / feed').option('--field <column>', '供数部门的列名 / column as the supplier names it')
      .option('--facet <facet>', '专题 / facet').option('--attribute <attribute>', '属性,如 identity.name / attribute, such as identity.name')
      .option('--product <product>', '目录资源 / product').option('--department <department>', '部门 / department'),
    async () => (await import('../lineage/lineage.js')).show,
  );
}
