package expr

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/url"
	"unicode/utf8"

	"github.com/partitur/partitur/dsl/value"
)

// encodingFunctions turn values into text of a certain form, and back.
var encodingFunctions = []Function{
	{Name: "json", Signature: "json(x any) text", Doc: "compact JSON, with sorted names",
		Example: `json({b: 1, a: [true, nil]})`, Result: `"{\"a\":[true,null],\"b\":1}"`, call: toJSON},
	{Name: "from_json", Signature: "from_json(s text) any", Doc: "the value of JSON text; integers stay exact",
		Example: `from_json('{"a": 9007199254740993}').a`, Result: `9007199254740993`, call: fromJSON},
	{Name: "base64", Signature: "base64(s text) text", Doc: "in base64", Example: `base64("hello")`, Result: `"aGVsbG8="`, call: toBase64},
	{Name: "from_base64", Signature: "from_base64(s text) text", Doc: "text from base64", Example: `from_base64("aGVsbG8=")`, Result: `"hello"`, call: fromBase64},
	{Name: "hash", Signature: "hash(x any, algorithm text?) text", Doc: "the SHA-256 of a text, or of a value's JSON, in hex; also sha512, sha1, md5",
		Example: `hash("a", "md5")`, Result: `"0cc175b9c0f1b6a831c399e269772661"`, call: digest},
	{Name: "url_encode", Signature: "url_encode(s text) text", Doc: "fit to stand in the query of a URL",
		Example: `url_encode("a b&c")`, Result: `"a%20b%26c"`, call: urlEncode},
	{Name: "url_decode", Signature: "url_decode(s text) text", Doc: "text from the query of a URL",
		Example: `url_decode("a%20b%26c")`, Result: `"a b&c"`, call: urlDecode},
}

func toJSON(r *run, args []any) (any, error) {
	if err := r.weigh(args[0]); err != nil {
		return nil, err
	}
	b, err := value.Encode(args[0])
	if err != nil {
		return nil, faultf("%s", err)
	}
	return string(b), r.text(len(b))
}

func fromJSON(r *run, args []any) (any, error) {
	s := args[0].(string)
	if err := r.step(len(s) / 8); err != nil {
		return nil, err
	}
	v, err := value.Decode([]byte(s))
	if err != nil {
		return nil, faultf("%s is not JSON: %s", shown(s), err)
	}
	return v, nil
}

func toBase64(r *run, args []any) (any, error) {
	s := args[0].(string)
	return base64.StdEncoding.EncodeToString([]byte(s)), r.text(len(s))
}

func fromBase64(r *run, args []any) (any, error) {
	s := args[0].(string)
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		b, err = base64.RawURLEncoding.DecodeString(s)
	}
	if err != nil {
		return nil, faultf("%s is not base64", shown(s))
	}
	if !utf8.Valid(b) {
		return nil, faultf("%s is base64 of bytes that are not text", shown(s))
	}
	return string(b), r.text(len(s))
}

func digest(r *run, args []any) (any, error) {
	algorithm := "sha256"
	if name, ok := optional(args, 1).(string); ok {
		algorithm = name
	}
	made := map[string]func() hash.Hash{"sha256": sha256.New, "sha512": sha512.New, "sha1": sha1.New, "md5": md5.New}[algorithm]
	if made == nil {
		return nil, faultf("there is no hash %s", shown(algorithm)).withHint("it can be sha256, sha512, sha1 or md5")
	}
	text, ok := args[0].(string)
	if !ok {
		encoded, err := toJSON(r, args[:1])
		if err != nil {
			return nil, err
		}
		text = encoded.(string)
	}
	if err := r.step(len(text) / 8); err != nil {
		return nil, err
	}
	h := made()
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil)), nil
}

// urlEncode writes a space as %20, which every part of a URL understands.
func urlEncode(r *run, args []any) (any, error) {
	s := args[0].(string)
	if err := r.text(3 * len(s)); err != nil {
		return nil, err
	}
	escaped, err := replace(r, []any{url.QueryEscape(s), "+", "%20"})
	return escaped, err
}

func urlDecode(r *run, args []any) (any, error) {
	s := args[0].(string)
	out, err := url.QueryUnescape(s)
	if err != nil || !utf8.ValidString(out) {
		return nil, faultf("%s is not encoded for a URL", shown(s))
	}
	return out, r.text(len(s))
}

// hostFunctions ask the host of the run.
var hostFunctions = []Function{
	{Name: "now", Signature: "now() time", Doc: "the time of the workflow, which replay repeats", Example: `now() + duration("1d")`, call: now},
	{Name: "uuid", Signature: "uuid() text", Doc: "a random UUID, the same in replay", Example: `uuid()`, call: newUUID},
	{Name: "random", Signature: "random() number", Doc: "a random number from 0 to below 1, the same in replay", Example: `random()`, call: random},
	{Name: "random_int", Signature: "random_int(a integer, b integer) integer", Doc: "a random integer from a to b, both included, the same in replay",
		Example: `random_int(1, 6)`, call: randomInt},
	{Name: "patched", Signature: "patched(id text) boolean", Doc: "whether the run has the change of this id; for workflows with upgrade: always",
		Example: `patched("new-price")`, call: patched},
}
