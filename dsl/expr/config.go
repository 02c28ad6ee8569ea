package expr

import (
	"sync"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
)

// maxNodes bounds the size of one expression.
const maxNodes = 2000

// closures are the functions that take an expression to evaluate for each
// element. The parser knows them by name; all others are ours.
var closures = map[string]bool{
	"all": true, "any": true, "none": true, "one": true, "filter": true, "map": true, "find": true, "findIndex": true,
	"findLast": true, "findLastIndex": true, "count": true, "sum": true, "groupBy": true, "sortBy": true, "reduce": true,
}

// config is the one configuration of expr-lang's parser and compiler. Nothing
// in it changes after it is made: the tree has no names or types in it that
// would have to be looked up and cached.
var config = sync.OnceValue(func() *conf.Config {
	c := conf.CreateNew()
	c.MaxNodes = maxNodes
	c.Optimize = false
	for name := range c.Builtins {
		if !closures[name] {
			c.Disabled[name] = true
			delete(c.Builtins, name)
		}
	}
	for name, f := range instructions() {
		c.Functions[name] = &builtin.Function{Name: name, Func: f}
	}
	return c
})
