package shop

import (
	"database/sql"
	"fmt"
	"net/url"

	_ "modernc.org/sqlite" // the database driver
)

const schema = `
CREATE TABLE IF NOT EXISTS stock (sku TEXT PRIMARY KEY, quantity INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS reservations (
	id INTEGER PRIMARY KEY, order_id TEXT NOT NULL, sku TEXT NOT NULL, quantity INTEGER NOT NULL, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS charges (
	id INTEGER PRIMARY KEY, order_id TEXT NOT NULL, amount_cents INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS shipments (
	id INTEGER PRIMARY KEY, order_id TEXT NOT NULL, address TEXT NOT NULL, tracking TEXT NOT NULL, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger (
	seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, order_id TEXT NOT NULL, ref TEXT NOT NULL,
	amount_cents INTEGER NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ledger_by_order ON ledger (order_id, seq);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, request TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS failures (name TEXT PRIMARY KEY, rule TEXT NOT NULL, hits INTEGER NOT NULL, draws INTEGER NOT NULL);
INSERT OR IGNORE INTO stock VALUES ('sold-out', 0);
`

// openStore opens the database. There is one connection, so transactions are
// serialised. A commit is on the disk before it is acknowledged.
func openStore(path string) (*sql.DB, error) {
	dsn := ":memory:"
	if path != "" {
		dsn = "file:" + (&url.URL{Path: path}).EscapedPath() +
			"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_txlock=immediate"
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(schema); err != nil {
		db.Close()
		return nil, fmt.Errorf("open shop %s: %w", path, err)
	}
	return db, nil
}
