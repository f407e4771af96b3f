using UnrealBuildTool;

// The receiver, and the component that moves morph targets and lights.
public class EyebridgeRuntime : ModuleRules
{
	public EyebridgeRuntime(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
		PublicDependencyModuleNames.AddRange(new string[] { "Core", "CoreUObject", "Engine", "EyebridgeCore", "Networking", "Sockets" });
	}
}
