using UnrealBuildTool;

// From datagrams to a face: plain C++17 that knows nothing of Unreal but this file and its module.
public class EyebridgeCore : ModuleRules
{
	public EyebridgeCore(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
		PublicDependencyModuleNames.AddRange(new string[] { "Core" });
	}
}
