@tool
class_name EyebridgeFrame
extends RefCounted
## Everything eyebridge knows about one moment.

## Frame number, and microseconds since the sender's first frame; both modulo [constant EyebridgeLayout.COUNT_LIMIT].
var sequence := 0
var time := 0
## Bits, see [constant EyebridgeLayout.FLAGS].
var flags := 0
## As [member EyebridgeLayout.names] lists them, within their ranges.
var values := EyebridgeLayout.neutral.duplicate()


## One value by its name, 0 for a name that is not there. For code that runs every frame, ask the index once.
func value(name: String) -> float:
	var index := EyebridgeLayout.index_of(name)
	return values[index] if index >= 0 else 0.0
