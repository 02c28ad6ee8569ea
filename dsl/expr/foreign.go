package expr

import "time"

var zeroTime time.Time

// nilWord are the words of other languages for nil.
var nilWord = map[string]bool{
	"None": true, "null": true, "undefined": true, "Null": true, "NULL": true, "Nil": true, "NIL": true, "NaN": true,
}

// foreignNames are names of other languages, each with what is written here.
var foreignNames = map[string]string{
	"None": "write nil", "null": "write nil", "undefined": "write nil", "Null": "write nil", "NULL": "write nil", "Nil": "write nil", "NIL": "write nil",
	"True": "write true", "TRUE": "write true", "False": "write false", "FALSE": "write false", "yes": "write true", "no": "write false",
	"Infinity": "numbers are finite: write a great number", "NaN": "numbers are numbers: compare with nil",
	"inputs": "write input", "params": "write input", "vars": "write state, env or input", "variables": "write state, env or input", "payload": "write input or message",
	"outputs": "write steps.ID.output", "output": "write steps.ID.output, or result in expect and output", "jobs": "write steps.ID.output", "needs": "write steps.ID.output",
	"secret": "write secrets.NAME", "run": "write workflow.run_id", "execution": "write workflow.id", "context": "write workflow, step or schedule", "ctx": "write workflow, step or schedule",
	"self": "write # for the element of a list", "this": "write # for the element of a list", "it": "write # for the element of a list", "_": "write # for the element of a list",
	"err": "write error", "e": "write error", "exception": "write error", "signal": "write message", "event": "write message",
}

// foreignFunctions are functions of other languages; $1 and $2 are arguments.
var foreignFunctions = map[string]string{
	"str": "write string($1)", "toString": "write string($1)", "String": "write string($1)", "text": "write string($1)",
	"bool": "compare instead, such as $1 != nil", "Boolean": "compare instead, such as $1 != nil",
	"length": "write len($1)", "size": "write len($1)", "strlen": "write len($1)",
	"unique": "write uniq($1)", "distinct": "write uniq($1)", "set": "write uniq($1)", "dedupe": "write uniq($1)",
	"toJSON": "write json($1)", "to_json": "write json($1)", "tojson": "write json($1)", "dumps": "write json($1)", "fromJSON": "write from_json($1)", "fromjson": "write from_json($1)", "parse_json": "write from_json($1)",
	"toBase64": "write base64($1)", "b64encode": "write base64($1)", "btoa": "write base64($1)", "fromBase64": "write from_base64($1)", "b64decode": "write from_base64($1)", "atob": "write from_base64($1)",
	"urlencode": "write url_encode($1)", "encodeURIComponent": "write url_encode($1)", "decodeURIComponent": "write url_decode($1)",
	"sha256": "write hash($1)", "md5": "write hash($1, \"md5\")", "sha1": "write hash($1, \"sha1\")", "sha512": "write hash($1, \"sha512\")",
	"parseInt": "write int($1)", "Number": "write float($1), or int($1)", "parseFloat": "write float($1)", "number": "write float($1), or int($1)", "integer": "write int($1)",
	"sorted": "write sort($1), or sortBy($1, .field)", "reversed": "write reverse($1)", "enumerate": "#index is the number of the element: map($1, {{index: #index, item: #}})",
	"avg": "write mean($1)", "average": "write mean($1)", "product": "write reduce($1, #acc * #, 1)", "divmod": "write int($1 / $2), and $1 % $2", "pow": "write $1 ** $2", "sqrt": "write $1 ** 0.5",
	"isinstance": "write type($1) == \"text\"", "typeof": "write type($1)", "isNull": "write $1 == nil", "is_null": "write $1 == nil", "isnull": "write $1 == nil", "isNil": "write $1 == nil", "defined": "write $1 != nil", "exists": "write $1 != nil", "empty": "write len($1) == 0", "isEmpty": "write len($1) == 0",
	"coalesce": "write $1 ?? $2", "default": "write $1 ?? $2", "ifnull": "write $1 ?? $2", "nvl": "write $1 ?? $2", "get": "write $1[$2]", "iif": "write condition ? value : other value",
	"substring": "write $1[from:to]", "substr": "write $1[from:to]", "slice": "write $1[from:to]", "includes": "write $2 in $1, or $1 contains $2",
	"append": "write concat($1, [$2])", "push": "write concat($1, [$2])", "extend": "write concat($1, $2)", "union": "write uniq(concat($1, $2))", "remove": "write without($1, [$2])", "update": "write merge($1, $2)", "assign": "write merge($1, $2)",
	"entries": "write toPairs($1)", "items": "write toPairs($1)", "dict": "write fromPairs($1)", "list": "write [a, b]", "some": "write any($1, …)", "every": "write all($1, …)", "forEach": "write map($1, …)", "flat": "write flatten($1)", "fold": "write reduce($1, #acc + #, 0)", "group_by": "write groupBy($1, .field)", "sort_by": "write sortBy($1, .field)", "order_by": "write sortBy($1, .field)", "count_by": "write countBy($1, .field)", "find_index": "write findIndex($1, …)",
	"uppercase": "write upper($1)", "lowercase": "write lower($1)", "capitalize": "write upper($1[0:1]) + $1[1:]", "strip": "write trim($1)", "starts_with": "write hasPrefix($1, $2)", "ends_with": "write hasSuffix($1, $2)", "index_of": "write indexOf($1, $2)", "format": "write ${ } in a text field, or join by +", "printf": "write ${ } in a text field, or join by +", "sprintf": "write ${ } in a text field, or join by +", "match": "write $1 matches $2, or regex($1, $2)", "test": "write $1 matches $2",
	"today": "write date(format_time(now(), \"%Y-%m-%d\"))", "time": "write now()", "datetime": "write date($1)", "Date": "write date($1)", "timestamp": "write now().unix", "strftime": "write format_time($1, $2)", "timezone": "write date(time, \"Europe/Berlin\")", "days": "write duration(\"2d\")", "hours": "write duration(\"2h\")", "minutes": "write duration(\"2m\")", "seconds": "write duration(\"2s\")",
	"randint": "write random_int($1, $2)", "rand": "write random()", "uuid4": "write uuid()", "print": "a log step writes to the log", "env": "write env.NAME", "getenv": "write env.NAME", "secret": "write secrets.NAME", "hashFiles": "write hash($1)",
	"success": "write steps.ID.status == \"succeeded\"", "failure": "write steps.ID.status == \"failed\"", "always": "steps in finally always run",
}

// foreignSpaces are what other languages keep functions in.
var foreignSpaces = map[string]bool{
	"Math": true, "math": true, "JSON": true, "json": true, "Object": true, "Array": true, "Date": true, "datetime": true, "String": true, "Number": true, "random": true,
	"time": true, "re": true, "uuid": true, "os": true, "console": true, "base64": true, "hashlib": true, "strings": true, "process": true, "_": true, "$": true,
}

// foreignMethods are methods of other languages; $x is what they are called on.
var foreignMethods = map[string]string{
	"Math.max": "write max($1, $2)", "Math.min": "write min($1, $2)", "Math.round": "write round($1)", "Math.floor": "write floor($1)", "Math.ceil": "write ceil($1)", "Math.abs": "write abs($1)", "Math.random": "write random()", "Math.pow": "write $1 ** $2", "Math.sqrt": "write $1 ** 0.5",
	"math.floor": "write floor($1)", "math.ceil": "write ceil($1)", "math.sqrt": "write $1 ** 0.5", "JSON.stringify": "write json($1)", "JSON.parse": "write from_json($1)", "json.dumps": "write json($1)", "json.loads": "write from_json($1)",
	"Object.keys": "write keys($1)", "Object.values": "write values($1)", "Object.entries": "write toPairs($1)", "Object.assign": "write merge($1, $2)", "Object.fromEntries": "write fromPairs($1)", "Array.isArray": "write type($1) == \"list\"",
	"Date.now": "write now()", "datetime.now": "write now()", "datetime.utcnow": "write now()", "time.time": "write now().unix", "random.random": "write random()", "random.randint": "write random_int($1, $2)", "uuid.uuid4": "write uuid()", "os.getenv": "write env.NAME", "console.log": "a log step writes to the log", "re.match": "write $2 matches $1", "re.search": "write regex($2, $1)", "re.sub": "write regex_replace(text, pattern, new)",

	"toUpperCase": "write upper($x)", "toLowerCase": "write lower($x)", "upcase": "write upper($x)", "downcase": "write lower($x)", "strip": "write trim($x)", "lstrip": "write trim($x)", "rstrip": "write trim($x)", "trimStart": "write trim($x)", "trimEnd": "write trim($x)",
	"includes": "write $1 in $x for an element of a list, $x contains $1 for a part of a text", "contains": "write $1 in $x for an element of a list, $x contains $1 for a part of a text", "has": "write $1 in $x", "has_key": "write $1 in $x", "hasOwnProperty": "write $1 in $x",
	"push": "write concat($x, [$1])", "append": "write concat($x, [$1])", "extend": "write concat($x, $1)", "concat": "write concat($x, $1)", "unshift": "write concat([$1], $x)", "pop": "write last($x), and $x[:-1] for the rest", "shift": "write first($x), and $x[1:] for the rest", "remove": "write without($x, [$1])", "insert": "write concat($x[:n], [value], $x[n:])",
	"length": "write len($x)", "size": "write len($x)", "len": "write len($x)", "count": "write count($x, # == $1)", "isEmpty": "write len($x) == 0", "empty": "write len($x) == 0",
	"startsWith": "write $x startsWith $1", "startswith": "write $x startsWith $1", "starts_with": "write $x startsWith $1", "endsWith": "write $x endsWith $1", "endswith": "write $x endsWith $1", "ends_with": "write $x endsWith $1", "match": "write $x matches $1", "test": "write $1 matches $x", "search": "write regex($x, $1)", "replaceAll": "write replace($x, $1, $2)", "substring": "write $x[$1:$2]", "substr": "write $x[$1:]", "slice": "write $x[$1:$2]", "charAt": "write $x[$1:$1+1]", "at": "write $x[$1]", "format": "write ${ } in a text field, or join by +", "padStart": "write repeat(\"0\", n - len($x)) + $x", "zfill": "write repeat(\"0\", $1 - len($x)) + $x",
	"keys": "write keys($x)", "values": "write values($x)", "items": "write toPairs($x)", "entries": "write toPairs($x)", "get": "write $x[$1] ?? $2", "update": "write merge($x, $1)", "copy": "values never change: write $x",
	"map": "write map($x, …), with # for the element", "filter": "write filter($x, …), with # for the element", "forEach": "write map($x, …), with # for the element", "some": "write any($x, …), with # for the element", "every": "write all($x, …), with # for the element", "find": "write find($x, …), with # for the element", "reduce": "write reduce($x, #acc + #, 0)", "flatMap": "write flatten(map($x, …))", "flat": "write flatten($x)", "join": "write join($x, $1)", "sort": "write sort($x)", "toSorted": "write sort($x)", "reverse": "write reverse($x)", "split": "write split($x, $1)", "indexOf": "write indexOf($x, $1) for text, findIndex($x, # == $1) for a list", "index": "write indexOf($x, $1) for text, findIndex($x, # == $1) for a list", "findIndex": "write findIndex($x, …), with # for the element",
	"toString": "write string($x)", "toFixed": "write round($x, $1)", "toISOString": "write string($x)", "isoformat": "write string($x)", "strftime": "write format_time($x, $1)", "getTime": "write $x.unix", "timestamp": "write $x.unix", "Year": "write $x.year", "Month": "write $x.month", "Day": "write $x.day", "Hour": "write $x.hour", "Weekday": "write $x.weekday", "Unix": "write $x.unix", "getFullYear": "write $x.year", "Format": "write format_time($x, \"%Y-%m-%d\")", "Add": "write $x + $1", "Sub": "write $x - $1", "Before": "write $x < $1", "After": "write $x > $1", "Hours": "write $x.hours", "Minutes": "write $x.minutes", "Seconds": "write $x.seconds",
	"encode": "write base64($x) or url_encode($x)", "hexdigest": "write hash($x)", "isdigit": "write $x matches \"^[0-9]+$\"", "equals": "write $x == $1",
}
