package fence

import (
	"reflect"
	"testing"
)

func TestBlocks(t *testing.T) {
	got := Blocks("a\n```yaml\nx: 1\n\n```\nb `c`\n```sh\nls\n```\n```yaml\nnot closed")
	want := []Block{{3, "yaml", "x: 1\n\n"}, {8, "sh", "ls\n"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}
