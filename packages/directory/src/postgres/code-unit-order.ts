import {
  type ColumnDefinitionNode,
  DataTypeNode,
  type Kysely,
  type KyselyPlugin,
  OperationNodeTransformer,
  RawNode,
} from 'kysely'

/**
 * Gives every text column of a migration the collation "C": texts then compare by code unit, as in SQLite and in JavaScript,
 * whatever the database was created with. Pages by cursor rely on it, prefixes can use plain indexes, and no upgrade of the
 * operating system can put an index out of order.
 */
export function inCodeUnitOrder<Tables>(db: Kysely<Tables>): Kysely<Tables> {
  return db.withPlugin(plugin)
}

class TextColumns extends OperationNodeTransformer {
  protected override transformColumnDefinition(node: ColumnDefinitionNode): ColumnDefinitionNode {
    const { dataType } = node
    if (!DataTypeNode.is(dataType) || dataType.dataType !== 'text') return node
    return { ...node, dataType: RawNode.createWithSql('text collate "C"') }
  }
}

const columns = new TextColumns()
const plugin: KyselyPlugin = {
  transformQuery: ({ node, queryId }) => columns.transformNode(node, queryId),
  transformResult: async ({ result }) => result,
}
