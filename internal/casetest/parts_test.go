package casetest_test

import "testing"

// TestParts plays a loop that a server would see in several runs, and the run as
// one step.
func TestParts(t *testing.T) {
	const text = `workflow: order
input: {type: integer}
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
steps:
  - id: each
    for_each: 1..2500
    concurrency: 50
    on_item_error: {tolerate: 1}
    do: [{id: book, if: item % 500 == 7, activity: book, with: "${ item * input }", compensate: {activity: cancel, with: "${ item }"}}]
    collect: ${ [index, steps.book.output] }
  - {id: last, activity: last}
output: "${ [len(steps.each.output), steps.each.output[6], steps.each.output[2006], steps.each.counts] }"
`
	for _, p := range run(t, text, `test: order
cases:
  - name: one item fails
    input: 2
    mocks:
      book: [{return: a}, {return: b}, {return: c}, {error: {type: Bad}}, {return: e}]
      last: {return: done}
    expect: {output: [2500, [6, a], [2006, e], {succeeded: 2499, failed: 1}], calls: [book, book, book, book, book, last]}
  - name: what many items did is undone
    input: 2
    mocks: {book: {return: a}, last: {error: {type: Bad}}, book.compensate: {return: done}}
    expect:
      error: {type: Bad}
      calls: [book, book, book, book, book, last, book.compensate, book.compensate, book.compensate, book.compensate, book.compensate]
`) {
		t.Error(p)
	}
}
