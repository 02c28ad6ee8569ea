// Package repository makes a repository of many workflows, to measure how long
// it takes to check one.
package repository

import (
	"fmt"
	"strings"

	"github.com/partitur/partitur/dsl/source"
)

// Workflows makes workflows of 20 steps, ten of which are calls.
func Workflows(n int) []*source.File {
	files := make([]*source.File, n)
	for i := range files {
		var t strings.Builder
		fmt.Fprintf(&t, head, i)
		for j := range 10 {
			fmt.Fprintf(&t, pair, j, j, j, j, j, max(j-1, 0))
		}
		t.WriteString("output: {first: \"${ steps.call_0.output.id }\", total: \"${ state.total }\"}\n")
		files[i] = source.NewFile(fmt.Sprintf("workflow-%d.yaml", i), []byte(t.String()))
	}
	return files
}

const head = `workflow: generated-%d
version: "1"
input:
  type: object
  required: [order_id, items]
  properties:
    order_id: {type: string, pattern: '^ORD-'}
    items: {type: array, items: {type: object, required: [sku, price], properties: {sku: {type: string}, price: {type: number}}}}
    note: {type: string}
env: {URL: null}
secrets: [TOKEN]
state: {total: 0}
defaults: {timeout: 30s, retry: {maximum_attempts: 5}}
steps:
`

const pair = `  - id: call_%d
    title: Call %d for ${ input.order_id }
    http:
      method: POST
      url: ${ env.URL }/things/%d
      headers: {Authorization: "Bearer ${ secrets.TOKEN }"}
      body: {order: "${ input.order_id }", skus: "${ map(input.items, .sku) }"}
    output: ${ result.body }
    compensate: {activity: undo_%d, with: "${ steps.call_%d.output.id }"}
  - if: len(input.items) > %d and input.note != nil
    set: {total: "${ state.total + sum(input.items, .price) }"}
`
