#include "EyebridgeLog.h"

#include "Modules/ModuleManager.h"

DEFINE_LOG_CATEGORY(LogEyebridge);

IMPLEMENT_MODULE(FDefaultModuleImpl, EyebridgeRuntime)
