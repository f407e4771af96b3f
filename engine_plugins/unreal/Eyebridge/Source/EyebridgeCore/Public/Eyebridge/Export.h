// Unreal's build tool defines EYEBRIDGECORE_API; everybody else compiles the core's files into their own program.
#pragma once

#ifndef EYEBRIDGECORE_API
#define EYEBRIDGECORE_API
#endif
