/** The canonical text of an expression: keywords in capitals, one space around operators, parentheses kept. */
import type { Expression, Member, Parsed } from './ast.ts';

/** What stands for an expression without content. */
const NOTHING = 'None';

/** Parsing the result gives the same tree, printing that the same text. */
export function print({ root }: Parsed): string {
  return root === null ? NOTHING : printed(root);
}

function printed(node: Expression | Member): string {
  switch (node.kind) {
    case 'chain': {
      const parts = [printed(node.operands[0])];
      node.operators.forEach((operator, i) => {
        parts.push(operator, printed(node.operands[i + 1]));
      });
      return parts.join(' ');
    }
    case 'unary':
      return `${node.operator} ${printed(node.operand)}`;
    case 'parenthesised':
      return `(${printed(node.inner)})`;
    case 'pair':
      return `(${printed(node.first)}, ${printed(node.second)})`;
    case 'in':
      return `${printed(node.operand)} ${node.negated ? 'NOT IN' : 'IN'} (${node.members.map(printed).join(', ')})`;
    case 'number':
      return node.text;
    case 'string':
      return `'${node.value}'`;
    case 'time':
      return `T'${node.text}'`;
    case 'range':
      return `${node.begin}..${node.end}${node.stride === 1n ? '' : `:${node.stride}`}`;
    case 'identifier':
      return node.name;
    case 'bind':
      return `:${node.name}`;
    case 'call':
      return `${node.name}(${node.operands.map(printed).join(', ')})`;
  }
}
