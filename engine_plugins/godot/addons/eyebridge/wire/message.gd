@tool
class_name EyebridgeMessage
extends RefCounted
## One message of the native frame: its address, its leading integers, and where its floats lie among a frame's values.

var address := ""
var integers := 0
var first := 0
var floats := 0
## Type tags that it must begin with: i's, then f's.
var tags := PackedByteArray()
