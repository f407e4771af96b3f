using UnrealBuildTool;

// The face and the light as subjects of Live Link.
public class EyebridgeLiveLink : ModuleRules
{
	public EyebridgeLiveLink(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
		PublicDependencyModuleNames.AddRange(new string[] { "Core", "CoreUObject", "LiveLinkInterface" });
		PrivateDependencyModuleNames.AddRange(new string[] { "EyebridgeCore", "EyebridgeRuntime", "Networking", "Slate", "SlateCore" });
	}
}
