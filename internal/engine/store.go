//go:build !noengine

package engine

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/schema/sqlite"
)

const storeName = sqliteplugin.PluginName

// A store is the database of one server, with the lock that keeps a second
// server from it.
type store struct {
	sql  *config.SQL
	lock *sql.DB
}

func (s *store) close() {
	if s.lock != nil {
		_ = s.lock.Close()
	}
}

func openStore(o Options) (*store, error) {
	s := &store{sql: memory()}
	if o.Database != "" {
		if err := s.openFile(o.Database); err != nil {
			s.close()
			return nil, err
		}
	}
	if err := ensureNamespace(s.sql, o); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// memory names a database of its own: the name is known in the whole process.
func memory() *config.SQL {
	return &config.SQL{
		PluginName:        storeName,
		DatabaseName:      uuid.NewString(),
		ConnectAttributes: map[string]string{"mode": "memory", "cache": "shared"},
	}
}

func (s *store) openFile(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return &DatabaseError{Path: path, Reason: "cannot be opened", Err: err}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return &DatabaseError{Path: path, Reason: "its directory cannot be made", Err: err}
	}
	if s.lock, err = lock(path); err != nil {
		return err
	}
	if err := setUp(path); err != nil {
		return err
	}
	s.sql = &config.SQL{
		PluginName:   storeName,
		DatabaseName: escapePath(path),
		ConnectAttributes: map[string]string{
			"mode":         "rwc",
			"journal_mode": "wal",
			"synchronous":  "full",
			"busy_timeout": "10000",
		},
	}
	return nil
}

// escapePath writes a path so that it can stand in a SQLite URI.
func escapePath(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

func openSQLite(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+escapePath(path)+"?"+url.Values{"_txlock": {"immediate"}}.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// lock holds a transaction in a database beside the file for as long as the
// server runs. The system releases it when the process dies in any way.
func lock(path string) (*sql.DB, error) {
	db, err := openSQLite(path + ".lock")
	if err == nil {
		_, err = db.Exec("BEGIN EXCLUSIVE")
	}
	if err == nil {
		return db, nil
	}
	if db != nil {
		_ = db.Close()
	}
	if isBusy(err) {
		return nil, &DatabaseError{Path: path, Reason: "is in use by another server"}
	}
	return nil, &DatabaseError{Path: path, Reason: "cannot be opened", Err: err}
}

// setUp makes the tables of a new file, all or none of them, and refuses a
// file that is something else.
func setUp(path string) error {
	db, err := openSQLite(path)
	if err != nil {
		return &DatabaseError{Path: path, Reason: "cannot be opened", Err: err}
	}
	defer db.Close()
	var tables, temporal, version int
	row := db.QueryRow(`SELECT count(*), count(CASE name WHEN 'history_node' THEN 1 END), (SELECT user_version FROM pragma_user_version)
		FROM sqlite_master WHERE type = 'table'`)
	if err := row.Scan(&tables, &temporal, &version); err != nil {
		return &DatabaseError{Path: path, Reason: "cannot be read", Err: err}
	}
	switch {
	case tables == 0:
		return createTables(path, db)
	case temporal == 0:
		return &DatabaseError{Path: path, Reason: "holds something else than a Temporal server's data"}
	case version != 0 && version != schemaVersion():
		return &DatabaseError{Path: path, Reason: fmt.Sprintf("was made for schema %d of the Temporal server, this binary needs %d: use a new file", version, schemaVersion())}
	}
	return nil
}

func createTables(path string, db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return &DatabaseError{Path: path, Reason: "cannot be written", Err: err}
	}
	defer func() { _ = tx.Rollback() }()
	if err := sqlite.SetupSchemaOnDB(schemaTarget{tx: tx}); err != nil {
		return &DatabaseError{Path: path, Reason: "cannot be written", Err: err}
	}
	if _, err := tx.Exec("PRAGMA user_version = " + strconv.Itoa(schemaVersion())); err != nil {
		return &DatabaseError{Path: path, Reason: "cannot be written", Err: err}
	}
	return tx.Commit()
}

// schemaVersion is the server's schema as one number: 0.11 and 0.1 are 1101.
func schemaVersion() int {
	minor := func(version string) int {
		_, digits, _ := strings.Cut(version, ".")
		n, _ := strconv.Atoi(digits)
		return n
	}
	return 100*minor(sqlite.Version) + minor(sqlite.VisibilityVersion)
}

// schemaTarget is the part of the server's database interface that making the
// tables uses, in one transaction.
type schemaTarget struct {
	sqlplugin.AdminDB
	tx *sql.Tx
}

// Exec runs one statement of the schema.
func (t schemaTarget) Exec(statement string, args ...any) error {
	_, err := t.tx.Exec(statement, args...)
	return err
}

func isBusy(err error) bool {
	const busy = 5 // SQLITE_BUSY; the high bits say more
	var coded interface{ Code() int }
	return errors.As(err, &coded) && coded.Code()&0xff == busy
}
