//go:build !noengine

package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	persistencespb "go.temporal.io/server/api/persistence/v1"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence/serialization"
	serversql "go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/common/searchattribute/sadefs"
	"go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"
)

// ensureNamespace makes the namespace, or adds the search attributes that one
// made earlier lacks. It writes to the database before the server runs, since
// a running server notices such changes only after a while.
func ensureNamespace(cfg *config.SQL, o Options) error {
	fail := func(err error) error { return fmt.Errorf("preparing namespace %q: %w", o.Namespace, err) }
	db, err := serversql.NewSQLDB(sqlplugin.DbKindMain, cfg, resolver.NewNoopResolver(), log.NewNoopLogger(), metrics.NoopMetricsHandler)
	if err != nil {
		return fail(err)
	}
	defer db.Close()
	rows, err := db.SelectFromNamespace(context.Background(), sqlplugin.NamespaceFilter{Name: &o.Namespace})
	if err == nil && len(rows) > 0 {
		err = extendNamespace(db, rows[0], o)
	} else {
		err = createNamespace(cfg, o)
	}
	if err != nil {
		return fail(err)
	}
	return nil
}

func createNamespace(cfg *config.SQL, o Options) error {
	ns, err := sqlite.NewNamespaceConfig(clusterName, o.Namespace, false, nil)
	if err != nil {
		return err
	}
	ns.Detail.Config.Retention = durationpb.New(o.Retention)
	if _, err := addSearchAttributes(ns.Detail.Config, o.SearchAttributes); err != nil {
		return err
	}
	return sqlite.CreateNamespaces(cfg, ns)
}

func extendNamespace(db sqlplugin.DB, row sqlplugin.NamespaceRow, o Options) error {
	serializer := serialization.NewSerializer()
	encoding, err := enumspb.EncodingTypeFromString(row.DataEncoding)
	if err != nil {
		return err
	}
	detail, err := serializer.NamespaceDetailFromBlob(&commonpb.DataBlob{EncodingType: encoding, Data: row.Data})
	if err != nil {
		return err
	}
	changed, err := addSearchAttributes(detail.Config, o.SearchAttributes)
	if err != nil || !changed {
		return err
	}
	blob, err := serializer.NamespaceDetailToBlob(detail)
	if err != nil {
		return err
	}
	row.Data, row.DataEncoding = blob.GetData(), blob.GetEncodingType().String()
	_, err = db.UpdateNamespace(context.Background(), &row)
	return err
}

// addSearchAttributes gives each name a column of its type. The store has a
// fixed number of columns of each type.
func addSearchAttributes(c *persistencespb.NamespaceConfig, wanted map[string]enumspb.IndexedValueType) (changed bool, err error) {
	columns := sadefs.GetDBIndexSearchAttributes(nil).CustomSearchAttributes
	if c.CustomSearchAttributeAliases == nil {
		c.CustomSearchAttributeAliases = map[string]string{}
	}
	taken := map[string]string{} // name to column
	for column, name := range c.CustomSearchAttributeAliases {
		taken[name] = column
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		kind := wanted[name]
		if column, ok := taken[name]; ok {
			if columns[column] != kind {
				return false, fmt.Errorf("search attribute %q is of type %s already and cannot become %s", name, columns[column], kind)
			}
			continue
		}
		column := freeColumn(columns, c.CustomSearchAttributeAliases, kind)
		if column == "" {
			return false, fmt.Errorf("no room for search attribute %q: SQLite holds few of type %s", name, kind)
		}
		c.CustomSearchAttributeAliases[column], changed = name, true
	}
	return changed, nil
}

func freeColumn(columns map[string]enumspb.IndexedValueType, aliases map[string]string, kind enumspb.IndexedValueType) string {
	for _, column := range slices.Sorted(maps.Keys(columns)) {
		if _, used := aliases[column]; !used && columns[column] == kind {
			return column
		}
	}
	return ""
}
